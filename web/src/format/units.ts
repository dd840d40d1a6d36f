/** Units as people write them; the server speaks UCUM codes. */

const SYMBOLS: Readonly<Record<string, string>> = {
  '1': '',
  Cel: '°C',
  deg: '°',
  'ug/m3': 'µg/m³',
  'mg/m3': 'mg/m³',
  'm3/h': 'm³/h',
  'm3/s': 'm³/s',
  m3: 'm³',
  '%{LEL}': '%LEL',
}

/** `°C` of `Cel`; a code without a sign of its own is written as it is, a bare number has none. */
export function unitSymbol(code: string): string {
  return SYMBOLS[code] ?? code
}
