/** The districts of Hengyang by division code (GB/T 2260); names are in the catalogues. */
export const DIVISIONS = [
  '430405',
  '430406',
  '430407',
  '430408',
  '430412',
  '430421',
  '430422',
  '430423',
  '430424',
  '430426',
  '430481',
  '430482',
] as const
