/** The site map of the app: every page with the permission it needs, and the guard before it. */
import {
  createRouter,
  createWebHistory,
  type RouteLocationNormalized,
  type RouteRecordRaw,
  type Router,
} from 'vue-router'

import { safeNext } from '@/pages/login/next'
import { arrive } from '@/session/arrival'
import { may, PERMISSIONS, type Permission } from '@/session/permissions'
import { endedBy, isLoggedIn, me, type EndReason } from '@/session/session'

declare module 'vue-router' {
  interface RouteMeta {
    open?: boolean
    title: string
    /** One permission, or all of these. */
    permission?: Permission | readonly Permission[]
    /** In a narrower window it is nobody's first page, CSS px. */
    leastWidth?: number
  }
}

const INSIDE: RouteRecordRaw[] = [
  {
    path: 'command',
    name: 'command',
    component: () => import('@/pages/command/CommandPage.vue'),
    meta: {
      title: 'nav.command',
      permission: [PERMISSIONS.seeAlarms, PERMISSIONS.seeMap],
      leastWidth: 900,
    },
  },
  {
    path: 'alarms/:alarmId(\\d+)?',
    name: 'alarms',
    component: () => import('@/pages/alarms/AlarmsPage.vue'),
    props: true,
    meta: { title: 'nav.alarms', permission: PERMISSIONS.seeAlarms },
  },
  {
    path: 'video',
    name: 'video',
    component: () => import('@/pages/video/VideoPage.vue'),
    meta: { title: 'nav.video', permission: PERMISSIONS.seeCameras },
  },
  {
    path: 'video/file',
    name: 'cameraFile',
    component: () => import('@/pages/camera/CamerasFilePage.vue'),
    meta: { title: 'nav.cameraFile', permission: PERMISSIONS.setCameras },
  },
  {
    path: 'silences',
    name: 'silences',
    component: () => import('@/pages/silences/SilencesPage.vue'),
    meta: { title: 'nav.silences', permission: PERMISSIONS.seeAlarms },
  },
  {
    path: 'escalation',
    name: 'escalation',
    component: () => import('@/pages/escalation/EscalationPage.vue'),
    meta: { title: 'nav.escalation', permission: PERMISSIONS.seeAlarms },
  },
  {
    path: 'rules',
    name: 'rules',
    component: () => import('@/pages/rules/RulesPage.vue'),
    meta: { title: 'nav.rules', permission: PERMISSIONS.seeRules },
  },
  {
    path: 'rules/new',
    name: 'newRule',
    component: () => import('@/pages/rules/RulePage.vue'),
    meta: { title: 'nav.newRule', permission: PERMISSIONS.changeRules },
  },
  {
    path: 'rules/:ruleId(\\d+)',
    name: 'rule',
    component: () => import('@/pages/rules/RulePage.vue'),
    props: true,
    meta: { title: 'nav.rule', permission: PERMISSIONS.seeRules },
  },
  {
    path: 'system',
    name: 'system',
    component: () => import('@/pages/system/SystemPage.vue'),
    meta: { title: 'nav.system', permission: PERMISSIONS.seeSystem },
  },
  {
    path: 'system/dead-letters',
    name: 'deadLetters',
    component: () => import('@/pages/deadletters/DeadLettersPage.vue'),
    meta: { title: 'nav.deadLetters', permission: PERMISSIONS.seeDeadLetters },
  },
  {
    path: 'system/gaps',
    name: 'gaps',
    component: () => import('@/pages/gaps/GapsPage.vue'),
    meta: { title: 'nav.gaps', permission: PERMISSIONS.seeGaps },
  },
  {
    path: 'traffic',
    name: 'traffic',
    component: () => import('@/pages/traffic/TrafficPage.vue'),
    meta: { title: 'nav.traffic', permission: PERMISSIONS.seeTraffic },
  },
  {
    path: 'traffic/passes',
    name: 'passes',
    component: () => import('@/pages/passes/PassesPage.vue'),
    meta: { title: 'nav.passes', permission: PERMISSIONS.seeTraffic },
  },
  {
    path: 'traffic/violations',
    name: 'violations',
    component: () => import('@/pages/violations/ViolationsPage.vue'),
    meta: { title: 'nav.violations', permission: PERMISSIONS.seeTraffic },
  },
  {
    path: 'devices',
    name: 'devices',
    component: () => import('@/pages/devices/DevicesPage.vue'),
    meta: { title: 'nav.devices', permission: PERMISSIONS.seeDevices },
  },
  {
    path: 'devices/enrolments',
    name: 'enrolment',
    component: () => import('@/pages/enrolment/EnrolmentPage.vue'),
    meta: { title: 'nav.enrolment', permission: PERMISSIONS.enrolDevices },
  },
  {
    path: 'devices/:deviceId',
    name: 'device',
    component: () => import('@/pages/device/DevicePage.vue'),
    props: true,
    meta: { title: 'nav.device', permission: PERMISSIONS.seeDevices },
  },
  {
    path: 'nothing',
    name: 'nothing',
    component: () => import('@/pages/NothingPage.vue'),
    meta: { title: 'app.name' },
  },
  {
    path: ':rest(.*)*',
    name: 'notFound',
    component: () => import('@/pages/NotFoundPage.vue'),
    meta: { title: 'state.notFound' },
  },
]

const ROUTES: RouteRecordRaw[] = [
  {
    path: '/login',
    name: 'login',
    component: () => import('@/pages/login/LoginPage.vue'),
    meta: { open: true, title: 'login.title' },
  },
  {
    path: '/password',
    name: 'password',
    component: () => import('@/pages/login/PasswordPage.vue'),
    meta: { title: 'password.title' },
  },
  {
    path: '/',
    component: () => import('@/shell/AppShell.vue'),
    children: [{ path: '', name: 'home', redirect: () => ({ name: firstPage() }) }, ...INSIDE],
  },
]

/** The first page of the site map that this person may see, and this window can show. */
export function firstPage(): string {
  const page = INSIDE.find(
    ({ meta }) => meta?.permission && may(meta.permission) && innerWidth >= (meta.leastWidth ?? 0),
  )
  return String(page?.name ?? 'nothing')
}

/** A valid session is asked for, and waited for: only the server's refusal leads to the log-in. */
async function guard(to: RouteLocationNormalized) {
  if (to.meta.open) return (await arrive()) ? safeNext(to.query['next']) : true
  // The home redirect was chosen before the permissions were known: what was asked for is "/".
  const home = to.redirectedFrom?.name === 'home' || to.name === 'nothing'
  const next = home ? {} : { next: to.fullPath }
  if (!isLoggedIn()) return { name: 'login', query: next }
  if (!(await arrive())) return { name: 'login', query: { ...next, reason: endedBy.value } }
  if (me.value?.must_change_password && to.name !== 'password') {
    return { name: 'password', query: next }
  }
  return home && to.name !== firstPage() ? { name: firstPage() } : true
}

export function createAppRouter(): Router {
  const router = createRouter({ history: createWebHistory(), routes: ROUTES })
  router.beforeEach(guard)
  return router
}

export function goToLogin(router: Router, reason: EndReason): void {
  const { fullPath, matched, meta } = router.currentRoute.value
  // On the way to the first page the guard itself turns to the log-in.
  if (meta.open || matched.length === 0) return
  const next = reason === 'left' ? {} : { next: fullPath }
  void router.push({ name: 'login', query: { ...next, reason } })
}
