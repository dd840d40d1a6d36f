/** How it stands with the line of the live feed. */
import { shallowRef } from 'vue'

/** `resuming`: the line was lost and is being taken up again; `lost`: that has not succeeded for a
 *  while, and is still tried; `refused`: the server will not have this page or this session. */
export type LiveState = 'idle' | 'connecting' | 'live' | 'resuming' | 'lost' | 'refused'

export const liveState = shallowRef<LiveState>('idle')
