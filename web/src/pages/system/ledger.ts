/** The law of the ledger: deliveries = stored + duplicates + dead letters. */
import type { Ledger } from '@/data/system'

/** Deliveries that no outcome accounts for; below zero when outcomes exceed deliveries. */
export function imbalance({ deliveries, stored, duplicates, dead_letters }: Ledger): number {
  return deliveries - stored - duplicates - dead_letters
}
