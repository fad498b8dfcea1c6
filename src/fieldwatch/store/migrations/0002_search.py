"""The index behind the global search: trigrams of the words of `SearchEntry`, kept by the database itself.

SQLite: an FTS5 table with the trigram tokenizer (SQLite 3.34), its content being the entries' own. PostgreSQL: pg_trgm, which the owner of
a database may create since version 13; where the server does not have it, searches read the whole (small) table.
"""

from django.db import DatabaseError, migrations, transaction

SQLITE = (
    "CREATE VIRTUAL TABLE store_search_words USING fts5(words, content='store_searchentry', content_rowid='id', tokenize='trigram')",
    "CREATE TRIGGER store_search_insert AFTER INSERT ON store_searchentry BEGIN"
    " INSERT INTO store_search_words(rowid, words) VALUES (new.id, new.words); END",
    "CREATE TRIGGER store_search_delete AFTER DELETE ON store_searchentry BEGIN"
    " INSERT INTO store_search_words(store_search_words, rowid, words) VALUES ('delete', old.id, old.words); END",
    "CREATE TRIGGER store_search_update AFTER UPDATE OF words ON store_searchentry BEGIN"
    " INSERT INTO store_search_words(store_search_words, rowid, words) VALUES ('delete', old.id, old.words);"
    " INSERT INTO store_search_words(rowid, words) VALUES (new.id, new.words); END",
    "INSERT INTO store_search_words(store_search_words) VALUES ('rebuild')",
)
SQLITE_BACK = (
    "DROP TRIGGER store_search_insert",
    "DROP TRIGGER store_search_delete",
    "DROP TRIGGER store_search_update",
    "DROP TABLE store_search_words",
)


def make(apps, schema_editor):
    connection = schema_editor.connection
    if connection.vendor == "sqlite":
        for statement in SQLITE:
            schema_editor.execute(statement)
        return
    try:
        with transaction.atomic(using=connection.alias):
            schema_editor.execute("CREATE EXTENSION IF NOT EXISTS pg_trgm")
    except DatabaseError:
        return
    schema_editor.execute("CREATE INDEX store_search_trigrams ON store_searchentry USING gin (words gin_trgm_ops)")


def drop(apps, schema_editor):
    if schema_editor.connection.vendor == "sqlite":
        for statement in SQLITE_BACK:
            schema_editor.execute(statement)
    else:
        schema_editor.execute("DROP INDEX IF EXISTS store_search_trigrams")


class Migration(migrations.Migration):
    dependencies = [("store", "0001_initial")]
    operations = [migrations.RunPython(make, drop)]
