// What a store does for an upload and nothing else: the documents of a tenant's file go into a
// fresh file by the same statements, in the same transactions, on one thread.
//
//   ingest SOURCE COLLECTION FILE CALLS_A_GROUP DOCUMENTS_A_GROUP DOCUMENTS_AN_INDEX_GROUP
//
// SOURCE is the file of a tenant that Docket has filled; FILE is made anew. Groups of uploads and
// of indexing alternate, as they do in the server, until all is indexed. Everything is read before
// the clock runs. Segments are not merged, which Docket does between transactions. Prints documents
// a second and CPU a document.
#include <err.h>
#include <docket_postings.h>
#include <sqlite3.h>
#include <stdlib.h>

#include "measure.h"

enum { KEY_BYTES = 16, HASH_BYTES = 32, INDEXING = 1, INDEXED = 2 };
// The attribute of samples/packages.schema.json whose text is searched, and its column.
enum { SEARCHED_SLOT = 3, SEARCHED_COLUMN = 2 };
static const int64_t SOFT_INTERVAL_NS = 1000000000;

struct document {
    sqlite3_int64 number;  // in the source
    sqlite3_value *id, *bytes, *attributes, *title, *body;
};

// A row of a column, whose block begins at a document.
struct block {
    sqlite3_int64 id;
    sqlite3_value *data;
};

static struct document *documents;
static struct block *blocks;
static int document_count, block_count, collection;
static int reply_bytes;  // of a kept reply, for each document of its call
static sqlite3 *file;
static docket_builder *builder;

static void must(sqlite3 *connection, int code) {
    if (code != SQLITE_OK && code != SQLITE_ROW && code != SQLITE_DONE)
        errx(1, "SQLite: %s", sqlite3_errmsg(connection));
}

static void run(const char *sql) { must(file, sqlite3_exec(file, sql, NULL, NULL, NULL)); }

static sqlite3_stmt *prepare(sqlite3 *connection, const char *format) {
    char sql[1024];
    sqlite3_stmt *statement;
    snprintf(sql, sizeof sql, format, collection);
    must(connection, sqlite3_prepare_v2(connection, sql, -1, &statement, NULL));
    return statement;
}

// Runs to the first row or the end; a caller that reads no row ends the statement too.
static int step(sqlite3_stmt *statement) {
    int code = sqlite3_step(statement);
    must(file, code);
    return code == SQLITE_ROW;
}

static void end(sqlite3_stmt *statement) {
    step(statement);
    sqlite3_reset(statement);
}

// MARK: What there is to write

static void read_documents(sqlite3 *source) {
    sqlite3_stmt *rows = prepare(
        source, "SELECT d.number, d.id, d.bytes, c.attributes, c.title, c.body"
                " FROM documents d JOIN contents c USING (number)"
                " WHERE d.collection = %d ORDER BY d.number");
    while (sqlite3_step(rows) == SQLITE_ROW) {
        if (document_count % 1024 == 0)
            documents = realloc(documents, (size_t)(document_count + 1024) * sizeof *documents);
        if (documents == NULL) err(1, "realloc");
        struct document *d = &documents[document_count++];
        *d = (struct document){.number = sqlite3_column_int64(rows, 0)};
        sqlite3_value **columns[] = {&d->id, &d->bytes, &d->attributes, &d->title, &d->body};
        for (int i = 0; i < 5; i++)
            *columns[i] = sqlite3_value_dup(sqlite3_column_value(rows, 1 + i));
    }
    sqlite3_finalize(rows);
    if (document_count == 0) errx(1, "the source has no documents");
}

// The blocks of all columns in the order of the documents that they begin at.
static void read_blocks(sqlite3 *source) {
    sqlite3_stmt *rows =
        prepare(source, "SELECT id, data FROM columns_%d ORDER BY id & 4294967295, id");
    while (sqlite3_step(rows) == SQLITE_ROW) {
        if (block_count % 1024 == 0)
            blocks = realloc(blocks, (size_t)(block_count + 1024) * sizeof *blocks);
        if (blocks == NULL) err(1, "realloc");
        blocks[block_count++] = (struct block){
            sqlite3_column_int64(rows, 0), sqlite3_value_dup(sqlite3_column_value(rows, 1))};
    }
    sqlite3_finalize(rows);
}

// The tables of the source.
static void make_file(sqlite3 *source, const char *path) {
    must(file, sqlite3_open(path, &file));
    builder = docket_builder_new((docket_watch){0});
    if (builder == NULL) err(1, "docket_builder_new");
    run("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA mmap_size = 0;"
        "PRAGMA temp_store = MEMORY; PRAGMA wal_autocheckpoint = 4096;"
        "PRAGMA journal_size_limit = 67108864; PRAGMA cache_size = -32768;");
    sqlite3_stmt *tables = prepare(
        source, "SELECT sql FROM sqlite_master WHERE sql IS NOT NULL AND name NOT GLOB 'sqlite_*'"
                " AND (name NOT GLOB '*_[0-9]*' OR name GLOB '*_%d')"
                " ORDER BY rowid");
    while (sqlite3_step(tables) == SQLITE_ROW) run((const char *)sqlite3_column_text(tables, 0));
    sqlite3_finalize(tables);
    run("INSERT INTO meta VALUES ('sequence', 0)");
    sqlite3_stmt *insert = prepare(
        file, "INSERT INTO collections(id, name, schema, schema_epoch, created_us)"
              " VALUES (%d, 'bench', zeroblob(400), 1, 0)");
    end(insert);
    sqlite3_finalize(insert);
    sqlite3_stmt *mean = prepare(
        source, "SELECT sum(length(reply)) / max(1, (SELECT count(*) FROM documents"
                " WHERE collection = %d)) FROM idempotency");
    if (sqlite3_step(mean) == SQLITE_ROW) reply_bytes = sqlite3_column_int(mean, 0);
    sqlite3_finalize(mean);
}

// MARK: The transactions

static struct {
    sqlite3_stmt *begin, *commit, *savepoint, *release, *sequence, *state;
    sqlite3_stmt *expire, *find_call, *keep_call;
    sqlite3_stmt *find, *insert, *content, *outbox;
    sqlite3_stmt *next, *find_number, *read, *complete, *worked_off;
    sqlite3_stmt *segment, *block, *living;
    sqlite3_stmt *apply, *raise, *applied;
} sql;

// By which the index reads and writes.
static docket_reading reading;
static docket_writing writing;

static void prepare_all(void) {
    sql.begin = prepare(file, "BEGIN IMMEDIATE");
    sql.commit = prepare(file, "COMMIT");
    sql.savepoint = prepare(file, "SAVEPOINT part");
    sql.release = prepare(file, "RELEASE part");
    sql.sequence = prepare(file, "UPDATE meta SET value = ?1 WHERE name = 'sequence'");
    sql.state = prepare(
        file, "UPDATE collections SET schema = zeroblob(400), schema_epoch = 1, hard = 1,"
              " soft = ?1, indexing = ?2, indexed = ?3, failed = 0, deleting = 0, bytes = ?4"
              " WHERE id = %d");
    sql.expire = prepare(
        file, "DELETE FROM idempotency WHERE (method, collection, key) IN"
              " (SELECT method, collection, key FROM idempotency WHERE expires_us <= ?1"
              " LIMIT 100)");
    sql.find_call = prepare(
        file, "SELECT body_hash, reply FROM idempotency"
              " WHERE method = 1 AND collection = %d AND key = ?1 AND expires_us > 0");
    sql.keep_call = prepare(
        file, "INSERT OR REPLACE INTO idempotency VALUES (1, %d, ?1, ?2, zeroblob(?3), ?4)");
    sql.find = prepare(file, "SELECT number, version, state, bytes, in_index FROM documents"
                             " WHERE collection = %d AND id = ?1");
    sql.insert = prepare(
        file, "INSERT INTO documents(collection, id, version, state, created_us, updated_us, bytes)"
              " VALUES (%d, ?1, ?2, 1, ?3, ?3, ?4)");
    sql.content = prepare(file, "INSERT OR REPLACE INTO contents(number, attributes, title, body)"
                                " VALUES (?1, ?2, ?3, ?4)");
    sql.outbox = prepare(file, "INSERT INTO outbox(version, number, collection, is_delete)"
                               " VALUES (?1, ?2, %d, 0)");
    sql.next = prepare(file, "SELECT version, number, collection, is_delete FROM outbox"
                             " ORDER BY version LIMIT ?1");
    sql.find_number = prepare(
        file, "SELECT number, version, state, bytes, in_index FROM documents WHERE number = ?1");
    sql.read = prepare(file, "SELECT attributes, title, body FROM contents WHERE number = ?1");
    sql.block = prepare(file, "INSERT INTO columns_%d(id, data) VALUES (?1, ?2)");
    sql.living = prepare(
        file, "INSERT OR REPLACE INTO living_%d(id, data) VALUES (?1, zeroblob(512))");
    sql.segment = prepare(
        file, "INSERT INTO segments_%d(id, first, last, state, documents, words)"
              " VALUES (?1, ?1, ?1, 0, ?2, ?3)");
    reading = (docket_reading){.chunk = prepare(file, "SELECT data FROM chunks_%d WHERE id = ?1")};
    writing = (docket_writing){
        .page = prepare(file, "INSERT INTO pages_%d(segment, first, place) VALUES (?1, ?2, ?3)"),
        .block = prepare(file, "INSERT INTO blocks_%d(id, data) VALUES (?1, ?2)"),
        .chunk = prepare(file, "INSERT OR REPLACE INTO chunks_%d(id, data) VALUES (?1, ?2)")};
    sql.complete = prepare(file, "UPDATE documents SET indexed_version = ?2, in_index = 1,"
                                 " state = ?4, updated_us = ?3, segment = ?5, words = ?6"
                                 " WHERE number = ?1");
    sql.apply = prepare(file, "INSERT OR REPLACE INTO applied(number, collection) VALUES (?1, %d)");
    sql.raise = prepare(file, "UPDATE documents SET state = 2, updated_us = ?1 WHERE number IN"
                              " (SELECT number FROM applied WHERE collection = %d)");
    sql.applied = prepare(file, "DELETE FROM applied WHERE collection = %d");
    sql.worked_off = prepare(file, "DELETE FROM outbox WHERE version = ?1");
}

static int written, indexed, transactions;
static sqlite3_int64 written_bytes;

static void save_state(void) {
    sqlite3_bind_int(sql.state, 1, ++transactions);
    sqlite3_bind_int(sql.state, 2, written - indexed);
    sqlite3_bind_int(sql.state, 3, indexed);
    sqlite3_bind_int64(sql.state, 4, written_bytes);
    end(sql.state);
}

static void write_document(const struct document *d) {
    sqlite3_bind_value(sql.find, 1, d->id);
    end(sql.find);
    int version = ++written;
    sqlite3_bind_value(sql.insert, 1, d->id);
    sqlite3_bind_int(sql.insert, 2, version);
    sqlite3_bind_int64(sql.insert, 3, clock_ns(CLOCK_REALTIME) / 1000);
    sqlite3_bind_value(sql.insert, 4, d->bytes);
    end(sql.insert);
    sqlite3_int64 number = sqlite3_last_insert_rowid(file);
    sqlite3_bind_int64(sql.content, 1, number);
    sqlite3_bind_value(sql.content, 2, d->attributes);
    sqlite3_bind_value(sql.content, 3, d->title);
    sqlite3_bind_value(sql.content, 4, d->body);
    end(sql.content);
    sqlite3_bind_int(sql.outbox, 1, version);
    sqlite3_bind_int64(sql.outbox, 2, number);
    end(sql.outbox);
    written_bytes += sqlite3_value_int64(d->bytes);
}

static void write_call(int count) {
    char key[KEY_BYTES], hash[HASH_BYTES];
    for (int i = 0; i < HASH_BYTES; i++) hash[i] = (char)random();
    memcpy(key, hash, sizeof key);
    end(sql.savepoint);
    sqlite3_bind_int64(sql.expire, 1, 0);
    end(sql.expire);
    sqlite3_bind_blob(sql.find_call, 1, key, sizeof key, SQLITE_STATIC);
    end(sql.find_call);
    for (int i = 0; i < count; i++) write_document(&documents[written]);
    sqlite3_bind_blob(sql.keep_call, 1, key, sizeof key, SQLITE_STATIC);
    sqlite3_bind_blob(sql.keep_call, 2, hash, sizeof hash, SQLITE_STATIC);
    sqlite3_bind_int(sql.keep_call, 3, count * reply_bytes);
    sqlite3_bind_int64(sql.keep_call, 4, clock_ns(CLOCK_REALTIME) / 1000 + 86400000000);
    end(sql.keep_call);
    end(sql.release);
}

static void write_group(int calls, int count) {
    if (count > document_count - written) count = document_count - written;
    end(sql.begin);
    for (int call = 0; call < calls; call++) {
        int share = count * (call + 1) / calls - count * call / calls;
        if (share > 0) write_call(share);
    }
    sqlite3_bind_int(sql.sequence, 1, written);
    end(sql.sequence);
    save_state();
    end(sql.commit);
}

static int segment;
static sqlite3_int64 segment_words;

static void add_text(unsigned column, sqlite3_value *text) {
    const unsigned char *bytes = sqlite3_value_blob(text);
    must(file, docket_builder_add(builder, column, bytes, (size_t)sqlite3_value_bytes(text), 0));
}

// Adds the values of the attribute that is searched; see AttributeBlobCodec.
static void add_attribute(sqlite3_value *attributes) {
    const unsigned char *at = sqlite3_value_blob(attributes);
    const unsigned char *end = at + sqlite3_value_bytes(attributes);
    while (end - at >= 8) {
        int count = at[2] | at[3] << 8, slot = at[0];
        const unsigned char *value = at + 8;
        at = value + (at[4] | at[5] << 8 | at[6] << 16);
        for (; slot == SEARCHED_SLOT && count > 0; count--) {
            size_t length = (size_t)(value[0] | value[1] << 8);
            must(file, docket_builder_add(builder, SEARCHED_COLUMN, value + 2, length, 0));
            value += 2 + length;
        }
    }
}

static void index_document(sqlite3_int64 version, sqlite3_int64 number, int raises) {
    sqlite3_bind_int64(sql.find_number, 1, number);
    end(sql.find_number);
    sqlite3_bind_int64(sql.read, 1, number);
    step(sql.read);
    must(file, docket_builder_begin(builder, (uint32_t)number));
    add_text(0, sqlite3_column_value(sql.read, 1));
    add_text(1, sqlite3_column_value(sql.read, 2));
    add_attribute(sqlite3_column_value(sql.read, 0));
    sqlite3_int64 words = (sqlite3_int64)docket_builder_length(builder);
    segment_words += words;
    sqlite3_reset(sql.read);
    sqlite3_bind_int64(sql.complete, 1, number);
    sqlite3_bind_int64(sql.complete, 2, version);
    sqlite3_bind_int64(sql.complete, 3, clock_ns(CLOCK_REALTIME) / 1000);
    sqlite3_bind_int(sql.complete, 4, raises ? INDEXED : INDEXING);
    sqlite3_bind_int(sql.complete, 5, segment);
    sqlite3_bind_int64(sql.complete, 6, words);
    end(sql.complete);
    if (raises) return;
    sqlite3_bind_int64(sql.apply, 1, number);
    end(sql.apply);
}

// Statuses change with the soft generation, which rises once a second: until then they wait.
static int64_t raised, wait_ns;

// Writes the columns of the documents up to one; each block once, when it begins.
static void write_columns(sqlite3_int64 last) {
    static int done;
    sqlite3_int64 number = documents[last - 1].number;
    for (; done < block_count && (blocks[done].id & UINT32_MAX) <= number; done++) {
        sqlite3_bind_int64(sql.block, 1, blocks[done].id);
        sqlite3_bind_value(sql.block, 2, blocks[done].data);
        end(sql.block);
    }
    sqlite3_bind_int64(sql.living, 1, last / 4096);
    end(sql.living);
}

static void index_group(int count) {
    int64_t now = clock_ns(CLOCK_MONOTONIC);
    int is_due = now - raised >= SOFT_INTERVAL_NS;
    int raises = is_due || indexed + count >= document_count;
    wait_ns = is_due ? 0 : raised + SOFT_INTERVAL_NS - now;
    sqlite3_int64 (*entries)[2] = calloc((size_t)count, sizeof *entries);
    int found = 0;
    if (entries == NULL) err(1, "calloc");
    end(sql.begin);
    sqlite3_bind_int(sql.next, 1, count);
    for (; step(sql.next); found++) {
        entries[found][0] = sqlite3_column_int64(sql.next, 0);
        entries[found][1] = sqlite3_column_int64(sql.next, 1);
    }
    sqlite3_reset(sql.next);
    segment++;
    segment_words = 0;
    for (int i = 0; i < found; i++) {
        sqlite3_bind_int64(sql.worked_off, 1, entries[i][0]);
        end(sql.worked_off);
        index_document(entries[i][0], entries[i][1], raises);
    }
    sqlite3_bind_int(sql.segment, 1, segment);
    sqlite3_bind_int(sql.segment, 2, found);
    sqlite3_bind_int64(sql.segment, 3, segment_words);
    end(sql.segment);
    must(file, docket_builder_write(builder, &reading, &writing, (uint32_t)segment));
    if (found > 0) write_columns(entries[found - 1][0]);
    if (raises) {
        sqlite3_bind_int64(sql.raise, 1, clock_ns(CLOCK_REALTIME) / 1000);
        end(sql.raise);
        end(sql.applied);
        raised = now;
    }
    indexed += found;
    save_state();
    end(sql.commit);
    free(entries);
}

int main(int count, char **arguments) {
    if (count != 7) errx(2, "usage: ingest SOURCE COLLECTION FILE CALLS DOCUMENTS INDEXED");
    int calls = atoi(arguments[4]), group = atoi(arguments[5]), index = atoi(arguments[6]);
    collection = atoi(arguments[2]);
    if (collection < 1 || calls < 1 || group < 1 || index < 1) errx(2, "numbers from 1 on");

    sqlite3 *source = NULL;
    must(NULL, sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0));
    must(source, sqlite3_open_v2(arguments[1], &source, SQLITE_OPEN_READONLY, NULL));
    read_documents(source);
    read_blocks(source);
    make_file(source, arguments[3]);
    prepare_all();

    int64_t began = clock_ns(CLOCK_MONOTONIC), cpu = clock_ns(CLOCK_PROCESS_CPUTIME_ID);
    while (indexed < document_count) {
        if (written < document_count) write_group(calls, group);
        index_group(index);
    }
    double seconds = (double)(clock_ns(CLOCK_MONOTONIC) - began) / 1e9;
    cpu = clock_ns(CLOCK_PROCESS_CPUTIME_ID) - cpu;
    printf("documents=%d seconds=%.3f rate=%.0f cpu_us=%.1f transactions=%d wait=%.3f\n",
           document_count, seconds, document_count / seconds, (double)cpu / 1e3 / document_count,
           transactions, (double)wait_ns / 1e9);
}
