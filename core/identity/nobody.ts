/** The id of nobody (RFC 9562 §5.9): asking for it makes an unknown user cost the queries of a known one. */
export const nobody = '00000000-0000-0000-0000-000000000000'
