/** What a record holds by this name itself: `constructor` and `toString` are names that people give, too. */
export function ownValue<T>(record: Readonly<Record<string, T>>, name: string): T | undefined {
  return Object.hasOwn(record, name) ? record[name] : undefined;
}
