/** What engines.ts hands over in the environment. */
export function given(name: string): string {
  const value = process.env[name];
  if (value === undefined) throw new Error(`${name} is not set: npm run test:engines starts this`);
  return value;
}
