/** The inner select hides the length of the arrays, for which PostgreSQL would plan anew on every call. */
export const pick = `
  select mode, picked_sid as sid, picked_number as number, picked_version as version
  from maskline.pick_numbers((select $1::int[]), $2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[], $8::jsonb[],
    $9::bool[])`;

/** How far the numbers of a pool get through the rules by which `pick` goes. */
export const diagnose = `
  select count(*)::int as "all",
    (count(*) filter (where not is_reserved))::int as unreserved,
    (count(*) filter (where not is_reserved and can_call))::int as "withVoice",
    (count(*) filter (where not is_reserved and can_text))::int as "withSms",
    (count(*) filter (where not is_reserved and can_call and can_text))::int as "withBoth",
    (count(*) filter (where not is_reserved and ok))::int as "inCountry",
    (count(*) filter (where not is_reserved and ok and ($6::text[] is null or area_code = any ($6))))::int as near
  from (
    select u.*, (not $3 or can_call) and (not $4 or can_text) and ($5::text[] is null or iso_country = any ($5)) as ok
    from maskline.number_use u where u.partition = $1 and u.service_sid = $2
  ) u`;
