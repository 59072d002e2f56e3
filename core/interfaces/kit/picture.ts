/** In pixels and bytes: a picture of somebody is never shown larger, and what cameras take is more than the server keeps. */
const side = 320
const large = 200_000

/** A picture as it is sent: the middle of a large one, made smaller; what the browser cannot draw, as it is. */
export const asAvatar = async (file: Blob): Promise<Blob> => {
  const bitmap = await createImageBitmap(file).catch(() => undefined)
  if (!bitmap) return file
  const { width, height } = bitmap
  const edge = Math.min(width, height)
  const canvas = document.createElement('canvas')
  const context = canvas.getContext('2d')
  if (!context || (Math.max(width, height) <= side && file.size <= large)) return file
  canvas.width = canvas.height = Math.min(edge, side)
  context.imageSmoothingQuality = 'high'
  context.drawImage(bitmap, (width - edge) / 2, (height - edge) / 2, edge, edge, 0, 0, canvas.width, canvas.height)
  bitmap.close()
  return new Promise((resolve) => canvas.toBlob((blob) => resolve(blob ?? file), 'image/webp', 0.9))
}
