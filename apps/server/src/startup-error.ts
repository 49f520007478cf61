/** Why the server cannot start, as one line for whoever started it; names the variable at fault. */
export class StartupError extends Error {}
