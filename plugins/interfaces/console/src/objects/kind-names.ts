import { hasText, humanized, t } from 'sluice/interface'

/** What people call one thing of a kind. */
export const kindName = (kind: string): string => (hasText(`objects.kind.${kind}`) ? t(`objects.kind.${kind}`) : humanized(kind))
