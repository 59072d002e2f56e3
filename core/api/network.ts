/** What counts as one network where attempts are counted: an IPv4 address, or the /64 that an IPv6 client has to itself. Other texts stay as they are. */
export const networkOf = (address: string): string => {
  if (!address.includes(':') || address.includes('.')) return address
  const [head = '', tail] = address.split('::')
  const groups = head.split(':')
  const after = tail ? tail.split(':') : []
  const missing = tail === undefined ? 0 : Math.max(0, 8 - groups.length - after.length)
  return [...groups, ...Array<string>(missing).fill('0'), ...after].slice(0, 4).join(':')
}
