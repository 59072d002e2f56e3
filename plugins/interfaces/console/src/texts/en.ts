const areas = import.meta.glob<Record<string, string>>(['../areas/*/en.json', '../objects/en.json', '../en.json'], {
  eager: true,
  import: 'default',
})
export default Object.assign({}, ...Object.values(areas)) as Record<string, string>
