import { useOverlay } from '@nuxt/ui/composables'
import { useQueryClient } from '@tanstack/vue-query'
import { ApiError, confirm, t, useMe, useNotices } from 'sluice/interface'
import InUseDialog from '../../../components/InUseDialog.vue'
import PasswordDialog from './PasswordDialog.vue'
import RecoveryDialog from './RecoveryDialog.vue'
import { calledOf, deleteUser, patchUser, type User } from './users.ts'

/** What can be done with a user, as items of a menu; only what the person who is signed in may do. */
export const useUserActions = (onDeleted: () => void = () => {}) => {
  const overlay = useOverlay()
  const queries = useQueryClient()
  const notices = useNotices()
  const { may, user: me } = useMe()
  const isMe = ({ id }: User) => id === me.value?.id

  const setEnabled = async (user: User, enabled: boolean): Promise<void> => {
    const name = calledOf(user)
    if (!enabled) {
      const text = isMe(user) ? t('directory.disable.self') : t('directory.disable.text')
      if (!(await confirm({ title: t('directory.disable.title', { name }), text, action: t('directory.disable'), destroys: isMe(user) })))
        return
    }
    try {
      await patchUser(user.id, { enabled })
      notices.done(t(enabled ? 'directory.enable.done' : 'directory.disable.done', { name }))
    } catch (error) {
      notices.failed(error)
    }
    await queries.invalidateQueries({ queryKey: ['users'] })
  }

  const remove = async (user: User): Promise<void> => {
    const name = calledOf(user)
    const sure = await confirm({
      title: t('directory.delete.title', { name }),
      text: isMe(user) ? t('directory.delete.self') : t('directory.delete.text'),
      action: t('kit.delete'),
      destroys: true,
      typed: user.username,
    })
    if (!sure) return
    try {
      await deleteUser(user.id)
    } catch (error) {
      if (error instanceof ApiError && error.problem.code === 'in-use')
        void overlay.create(InUseDialog, { destroyOnClose: true }).open({ kind: 'users', id: user.id, name, error })
      else notices.failed(error)
      return
    }
    notices.done(t('directory.delete.done', { name }))
    queries.removeQueries({ queryKey: ['users', user.id] })
    onDeleted()
    await queries.invalidateQueries({ queryKey: ['users'] })
  }

  return (user: User) => {
    const edit = may('users.edit')
    const groups = [
      [
        edit && {
          label: t('directory.password.set'),
          icon: 'i-lucide-key-round',
          onSelect: () => void overlay.create(PasswordDialog, { destroyOnClose: true }).open({ user }),
        },
        may('users.recover') && {
          label: t('directory.recovery.make'),
          icon: 'i-lucide-link',
          onSelect: () => void overlay.create(RecoveryDialog, { destroyOnClose: true }).open({ user }),
        },
      ],
      [
        edit &&
          (user.enabled
            ? { label: t('directory.disable'), icon: 'i-lucide-user-x', onSelect: () => void setEnabled(user, false) }
            : { label: t('directory.enable'), icon: 'i-lucide-user-check', onSelect: () => void setEnabled(user, true) }),
        may('users.delete') && {
          label: t('kit.delete'),
          icon: 'i-lucide-trash-2',
          color: 'error' as const,
          onSelect: () => void remove(user),
        },
      ],
    ]
    return groups.map((group) => group.filter((item) => item !== false)).filter((group) => group.length > 0)
  }
}
