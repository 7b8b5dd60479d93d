/** ssh_config(5) PATTERNS: `*` any run of characters, `?` any one, everything else itself. */
export function matchesPattern(text: string, pattern: string): boolean {
  let at = 0;
  let inPattern = 0;
  let starAt = -1;
  let starPattern = 0;
  while (at < text.length) {
    const wanted = pattern[inPattern];
    if (wanted === '*') {
      starAt = at;
      starPattern = inPattern++;
    } else if (wanted === '?' || wanted === text[at]) {
      at++;
      inPattern++;
    } else if (starAt >= 0) {
      at = ++starAt;
      inPattern = starPattern + 1;
    } else return false;
  }
  while (pattern[inPattern] === '*') inPattern++;
  return inPattern === pattern.length;
}

/** A comma list of patterns; one that starts with `!` and matches vetoes the whole list. */
export function matchesPatternList(text: string, list: string): boolean {
  let isMatch = false;
  for (const pattern of list.split(',')) {
    if (pattern.startsWith('!')) {
      if (matchesPattern(text, pattern.slice(1))) return false;
    } else if (matchesPattern(text, pattern)) isMatch = true;
  }
  return isMatch;
}
