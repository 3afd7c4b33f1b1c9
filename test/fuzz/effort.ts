const times = Number(process.env['MCPCAT_FUZZ'] ?? 1);

/** So many inputs, or `MCPCAT_FUZZ` times as many: what every run tries is small, a night can try more. */
export function effort(inputs: number): number {
  return Math.max(1, Math.round(inputs * times));
}
