import { BlockList, isIPv6 } from 'node:net'
import { allow, definePlugin, definePolicy, msg, refuse, Type } from 'sluice/plugin'

export const policy = definePolicy({
  kind: 'ip-allowlist',
  settings: Type.Object({
    networks: Type.Array(Type.String({ pattern: '^[0-9a-fA-F:.]+/[0-9]{1,3}$' }), {
      title: 'Networks',
      description: 'Requests from anywhere else are refused. CIDR notation.',
      minItems: 1,
    }),
  }),
  decide({ settings, request }) {
    const list = new BlockList()
    for (const network of settings.networks) {
      const [address = '', bits] = network.split('/')
      list.addSubnet(address, Number(bits), isIPv6(address) ? 'ipv6' : 'ipv4')
    }
    return list.check(request.ip, isIPv6(request.ip) ? 'ipv6' : 'ipv4') ? allow : refuse(msg('ip-allowlist.outside'))
  },
})

export default definePlugin({
  id: 'ip-allowlist',
  version: '1.0.0',
  api: '^1',
  policies: [policy],
  messages: {
    en: { 'ip-allowlist.outside': 'You cannot open this from your network.' },
    de: { 'ip-allowlist.outside': 'Aus Ihrem Netz können Sie das nicht öffnen.' },
  },
})
