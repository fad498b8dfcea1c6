"""The pipeline at the edge: reads an interface or a folder, keeps what it finds on disk, and hands it to the centre. No Django here."""
