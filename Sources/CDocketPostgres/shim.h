#pragma once
#include <libpq-fe.h>
#include <postgres_ext.h>

/* Macros of characters, which Swift does not see as what the function takes. */

static inline const char *docket_postgres_sqlstate(const PGresult *result) {
    return PQresultErrorField(result, PG_DIAG_SQLSTATE);
}

static inline const char *docket_postgres_constraint(const PGresult *result) {
    return PQresultErrorField(result, PG_DIAG_CONSTRAINT_NAME);
}
