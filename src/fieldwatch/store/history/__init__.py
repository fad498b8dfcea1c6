"""How often messages were seen, by time: Parquet files that the database lists, written with each batch, read by DuckDB."""
