import type { Result } from '../../analysis/result/result.ts';
import { cellsCsv } from './csv.ts';
import { resultMarkdown } from './markdown.ts';

/**
 * A result in a format that other programs read, or that is pasted somewhere; with what a person
 * noted on it.
 */
export function resultText(
  result: Result,
  format: 'json' | 'csv' | 'md',
  note: string | null = null,
): string {
  switch (format) {
    case 'json':
      return `${JSON.stringify(result, null, 2)}\n`;
    case 'csv':
      return cellsCsv(result);
    case 'md':
      return resultMarkdown(result, note);
    default:
      return format satisfies never;
  }
}
