/** What is said of a file, by what it holds: keys of sentences. */

export interface FileWords {
  hint: string
  tried: string
  done: string
  take: string
  allOrNothing: string
}

export const OF_DEVICES: FileWords = {
  hint: 'enrolment.hint',
  tried: 'enrolment.tried',
  done: 'enrolment.done',
  take: 'enrolment.take',
  allOrNothing: 'enrolment.allOrNothing',
}

export const OF_CAMERAS: FileWords = {
  hint: 'cameraFile.hint',
  tried: 'cameraFile.tried',
  done: 'cameraFile.done',
  take: 'cameraFile.take',
  allOrNothing: 'cameraFile.allOrNothing',
}
