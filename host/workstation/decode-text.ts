/**
 * The text of a saved file: UTF-8, or UTF-16 as `>` of Windows PowerShell 5.1 writes it, with or
 * without a byte order mark; line ends of Windows become those of the kernel. Null where it is no
 * text.
 */
export function decodeText(bytes: Uint8Array): string | null {
  const text = new TextDecoder(encodingOf(bytes)).decode(bytes);
  return text.includes('\0') ? null : text.replace(/\r\n?/g, '\n');
}

/**
 * By the byte order mark, else by the zero bytes that UTF-16 has in every second place of ASCII
 * text.
 */
function encodingOf([first, second]: Uint8Array): 'utf-8' | 'utf-16le' | 'utf-16be' {
  if ((first === 0xff && second === 0xfe) || (first !== 0 && second === 0)) return 'utf-16le';
  if ((first === 0xfe && second === 0xff) || (first === 0 && second !== 0)) return 'utf-16be';
  return 'utf-8';
}
