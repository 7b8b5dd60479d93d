import * as z from 'zod';

/** Something that a reader of a result should know, of one cell or of the run. */
export const notice = z.object({ code: z.string(), text: z.string(), cell: z.string().nullable() });
export type Notice = z.infer<typeof notice>;
