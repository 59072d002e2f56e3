export type CodeLanguage = 'expression' | 'yaml' | 'json'
