"""The recorder: cameras' streams copied to disk as they come.

service.py decides and tells (backend process); child.py reads and writes (a process of its own, so that a library that
crashes or a disk that hangs costs seconds of recording and nothing else).
"""
