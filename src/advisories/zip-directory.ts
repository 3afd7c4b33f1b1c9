const signature = {
  entry: 0x02_01_4b_50,
  end: 0x06_05_4b_50,
  zip64End: 0x06_06_4b_50,
  locator: 0x07_06_4b_50,
};
/** Bytes of the end record and of the longest comment behind it (APPNOTE.TXT 4.3.16). */
const endBytes = 22;
const commentBytes = 0xff_ff;

/**
 * How many files the directory at the end of a zip really has, whatever number it gives: with more than 65,535 files
 * some writers leave the upper part of it away, and readers then see the rest of a division
 * (findings/fflate-seventy-thousand-files.sh). Undefined for what has no such directory.
 */
export function filesInDirectory(zip: Buffer): number | undefined {
  const end = endOf(zip);
  if (end === undefined) return undefined;
  let at = directoryOffset(zip, end);
  let count = 0;
  while (at + 46 <= zip.length && zip.readUInt32LE(at) === signature.entry) {
    at += 46 + zip.readUInt16LE(at + 28) + zip.readUInt16LE(at + 30) + zip.readUInt16LE(at + 32);
    count += 1;
  }
  return count;
}

function endOf(zip: Buffer): number | undefined {
  for (let at = zip.length - endBytes; at >= 0 && at >= zip.length - endBytes - commentBytes; at -= 1)
    if (zip.readUInt32LE(at) === signature.end) return at;
  return undefined;
}

/** The 64-bit record counts where there is one (4.3.14, 4.3.15). */
function directoryOffset(zip: Buffer, end: number): number {
  const locator = end - 20;
  if (locator < 0 || zip.readUInt32LE(locator) !== signature.locator) return zip.readUInt32LE(end + 16);
  const record = Number(zip.readBigUInt64LE(locator + 8));
  const isThere = record + 56 <= zip.length && zip.readUInt32LE(record) === signature.zip64End;
  return isThere ? Number(zip.readBigUInt64LE(record + 48)) : zip.readUInt32LE(end + 16);
}
