import { z } from 'zod';

export const text = z.string().min(1).max(2000);
export const line = text.regex(/^[^\n\r\0]*$/, 'must be one line');
/** MCPCAT_* speaks to mcpcat-init: an entry must not reach it. */
export const envName = z
  .string()
  .regex(
    /^(?!MCPCAT_)[A-Za-z_][A-Za-z0-9_]*$/,
    'must be an environment variable name, and not one of MCPCAT_*',
  );
