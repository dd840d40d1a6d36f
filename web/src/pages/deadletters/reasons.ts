/** Reasons to filter by, in the order a message meets them on its way in. */
export const REASONS = [
  'topic_unknown',
  'too_large',
  'content_type',
  'not_decodable',
  'wrong_type',
  'unknown_device',
  'device_disabled',
  'wrong_kind',
  'too_old',
  'in_future',
  'unknown_quantity',
  'not_a_number',
  'implausible',
  'outside_area',
  'conflict',
  'unstorable',
] as const
