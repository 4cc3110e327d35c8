#pragma once
#include <libpq-fe.h>
#include <postgres_ext.h>
#include <sys/eventfd.h>

/* Macros of characters, which Swift does not see as what the function takes. */

static inline const char *docket_postgres_sqlstate(const PGresult *result) {
    return PQresultErrorField(result, PG_DIAG_SQLSTATE);
}

static inline const char *docket_postgres_constraint(const PGresult *result) {
    return PQresultErrorField(result, PG_DIAG_CONSTRAINT_NAME);
}

/* Flags of an enumeration that is none in Swift. */
static inline int docket_postgres_wakeup(void) {
    return eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
}
