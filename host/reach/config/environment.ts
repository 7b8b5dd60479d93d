/** The variables of the program's environment; handed in, never read from the process here. */
export type Environment = Readonly<Record<string, string | undefined>>;
