"""Evidence packages: what the room recorded of a span, as files that anybody can open, check and trust.

case: what one package is made of · gather: takes it out of the database · maker: makes the files, in a process of its
own · exporter: starts, cancels and resumes that · seal, verify: signature and check, without any database.
"""
