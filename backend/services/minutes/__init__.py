"""Minutes of a meeting (biên bản họp): what stands in them, and as a file for Word or as a PDF."""
