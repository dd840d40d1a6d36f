/** Taking the data out: comma-separated text that spreadsheets of any language open. */

export type Cell = string | number | null | undefined

function quote(cell: Cell): string {
  const text = cell === null || cell === undefined ? '' : String(cell)
  // A leading sign of a formula would be run by a spreadsheet; numbers may begin with minus.
  const tame = typeof cell === 'string' && /^[=+\-@\t]/.test(text) ? `'${text}` : text
  return /[",\r\n]/.test(tame) ? `"${tame.replaceAll('"', '""')}"` : tame
}

/** RFC 4180 lines; an unknown cell is empty. */
export function toCsv(header: readonly string[], rows: readonly (readonly Cell[])[]): string {
  return [header, ...rows].map((row) => row.map(quote).join(',')).join('\r\n') + '\r\n'
}

/** Hands the text to the browser as a file; the mark in front tells Excel that it is UTF-8. */
export function downloadCsv(name: string, text: string): void {
  const url = URL.createObjectURL(new Blob(['\uFEFF', text], { type: 'text/csv;charset=utf-8' }))
  const link = Object.assign(document.createElement('a'), { href: url, download: name })
  link.click()
  URL.revokeObjectURL(url)
}
