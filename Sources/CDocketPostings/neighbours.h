#pragma once

#include "query.h"

/* Adds to the scores of these documents, which ascend, what pairs of terms next to each other are
 * worth. */
int find_neighbours(
    docket_query *query, const uint32_t *documents, size_t count, double *scores);
