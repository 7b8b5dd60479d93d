/**
 * The program's environment variables; read here and handed on, so that nothing else depends on the
 * process.
 */
export const environment: Readonly<Record<string, string | undefined>> = process.env;
