/** Ours come to a dozen for an image; what there is beyond it is not looked at. */
export const maxStatements = 64;

/** Of all statements about one image together. */
export const maxStatementBytes = 64 << 20;
