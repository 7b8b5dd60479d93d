/** Raised whenever a plan or a journal of one side would be misread by the other. */
export const PROTOCOL_VERSION = 3;
