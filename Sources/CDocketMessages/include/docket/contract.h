/* The contract's structures as Swift sees them: they may be held and copied, and it is following a
 * pointer of one that is unsafe. */
#ifndef DOCKET_CONTRACT_H
#define DOCKET_CONTRACT_H

#include <protobuf-c/protobuf-c.h>

#pragma clang attribute push(__attribute__((swift_attr("safe"))), apply_to = record)
#include "docket/v1/docket.pb-c.h"
#pragma clang attribute pop

#endif
