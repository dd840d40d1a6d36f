/** The report on a file, row by row, as the table shows it. */
import type { EnrolmentAnswer } from '@/data/deviceActs'
import type { Language } from '@/i18n'

export interface ReportRow {
  row: number
  /** Id of the device that the row became or would become; empty where it was refused. */
  device: string
  /** What is wrong with the row, one sentence a fault. */
  faults: readonly string[]
}

/** What the server says of any file. */
export type RowReport = Omit<EnrolmentAnswer, 'credentials'>
/** Credentials come with new devices alone. */
export type FileReport = RowReport & Partial<EnrolmentAnswer>

type Report = Pick<RowReport, 'accepted' | 'problems'>

/** Every row once, refused ones first: they are what has to be mended. */
export function reportRows({ accepted, problems }: Report, language: Language): ReportRow[] {
  const faults = new Map<number, string[]>()
  for (const { row, field, message, message_zh } of problems) {
    const words = language === 'zh' ? message_zh : message
    faults.set(row, [...(faults.get(row) ?? []), field ? `${field}: ${words}` : words])
  }
  const refused = [...faults].map(([row, said]) => ({ row, device: '', faults: said }))
  const good = accepted.map(({ row, device_id }) => ({ row, device: device_id, faults: [] }))
  const byRow = (a: ReportRow, b: ReportRow) => a.row - b.row
  return [...refused.sort(byRow), ...good.sort(byRow)]
}

export function refusedCount({ problems }: Pick<Report, 'problems'>): number {
  return new Set(problems.map(({ row }) => row)).size
}
