/** Rules that raise alarms: the list, one with its versions, changes, and trying one on the past. */
import { keepPreviousData, useQuery } from '@tanstack/vue-query'
import { computed, type Ref } from 'vue'

import { api, clockApi, slowApi } from './client'
import type { Once } from './once'
import { CALM_MS, every } from './polling'
import type { Answer, Item, Query, Sent } from './shapes'
import { unwrap } from './transport'

export type Rule = Item<'/api/v1/rules'>
export type RuleVersion = Item<'/api/v1/rules/{rule_id}/versions'>
export type RuleQuery = Query<'/api/v1/rules'>
export type RuleCreate = Sent<'/api/v1/rules'>
export type RuleChange = Sent<'/api/v1/rules/{rule_id}', 'patch'>
export type RuleValue = Sent<'/api/v1/rules/dry-runs'>['rule']
export type DryRun = Answer<'/api/v1/rules/dry-runs', 'post'>
export type Condition = RuleValue['condition']
export type RuleSource = NonNullable<Condition['source']>

export const RULE_SOURCES = ['threshold', 'liveness', 'gap'] as const

export const RULES_MS = CALM_MS

export function useRules(query: Ref<RuleQuery>) {
  return useQuery({
    queryKey: computed(() => ['rules', 'list', query.value]),
    queryFn: ({ signal }) =>
      unwrap(clockApi.GET('/api/v1/rules', { params: { query: query.value }, signal })),
    placeholderData: keepPreviousData,
    ...every(RULES_MS),
  })
}

export function useRule(ruleId: Ref<number | null>) {
  return useQuery({
    queryKey: computed(() => ['rules', 'one', ruleId.value]),
    queryFn: ({ signal }) =>
      unwrap(clockApi.GET('/api/v1/rules/{rule_id}', { params: path(ruleId.value ?? 0), signal })),
    enabled: computed(() => ruleId.value !== null),
    ...every(RULES_MS),
  })
}

export function useRuleVersions(ruleId: Ref<number>) {
  return useQuery({
    queryKey: computed(() => ['rules', 'versions', ruleId.value]),
    queryFn: ({ signal }) =>
      unwrap(
        clockApi.GET('/api/v1/rules/{rule_id}/versions', { params: path(ruleId.value), signal }),
      ),
    ...every(RULES_MS),
  })
}

export function createRule(body: RuleCreate, once: Once): Promise<Rule> {
  const params = { header: once.header(body) }
  return unwrap(api.POST('/api/v1/rules', { params, body: body as never }))
}

type Version = Pick<Rule, 'id' | 'version'>

export function changeRule(rule: Version, body: RuleChange): Promise<Rule> {
  const params = version(rule)
  return unwrap(api.PATCH('/api/v1/rules/{rule_id}', { params, body: body as never }))
}

export async function deleteRule(rule: Version): Promise<void> {
  await unwrap(api.DELETE('/api/v1/rules/{rule_id}', { params: version(rule) }))
}

/** What the rule would have raised in that time; nothing is raised by it. */
export function tryRule(rule: RuleValue, from: string, to: string): Promise<DryRun> {
  return unwrap(
    slowApi.POST('/api/v1/rules/dry-runs', { body: { rule, from, to } as never }),
  ) as Promise<DryRun>
}

function version(rule: Version) {
  return { ...path(rule.id), header: { 'if-match': `"${rule.version}"` } }
}

function path(rule_id: number) {
  return { path: { rule_id } }
}
