#pragma once

/* A VFS for tests under which the end of the process is a power cut: what SQLite writes stays in
 * the process's memory until xSync, so SIGKILL loses exactly what was not synced. */

#define DOCKET_POWER_CUT_VFS "power-cut"

/* Registers the VFS beside the default one. Returns SQLite's result code. */
int docket_power_cut_register(void);
