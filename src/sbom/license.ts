import parse from 'spdx-expression-parse';

/** Whether a text is an expression of SPDX's identifiers (spdx.github.io/spdx-spec/v2.3/SPDX-license-expressions). */
export function isLicenseExpression(text: string): boolean {
  try {
    parse(text);
    return true;
  } catch {
    return false;
  }
}
