/** Where the content-addressed store keeps the file with this SHA-256. */
export function storeFile(storePath: string, sha256: string): string {
  return `${storePath}/${sha256.slice(0, 2)}/${sha256}`;
}
