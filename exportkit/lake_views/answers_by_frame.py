"""Answers by frame: what was answered in each frame of a video or DICOM group, listed or not.

An export lists an answer in some frames only, and says in `segments` for which spans it holds. A span names
its *owner*: the object that the answer hangs on, the option (radio, checklist), or the question (free text,
and options in some exports). In a span,

- an answer holds from the frame that lists its owner up to the next one that does;
- the first one that is listed also holds from the beginning of the span;
- an option holds in the whole span, even if no frame of it is listed.

A frame that is listed outside all spans stands for itself.

A span of more than 100,000 frames ends with the video (`frame_count`), and after a million frames in any
case: an end that means "for ever", or a forged one, would make rows without end.
"""

from __future__ import annotations

from exportkit.lake_views.places import DATA_ROW, PLACE, of, same_place

__all__ = ["ANSWERS_BY_FRAME", "SPREAD_ANSWERS"]

#: Frames of a span from which on it must end with the video, and frames after which it always ends.
_LONG, _MOST = 100_000, 1_000_000
_NODE = "coalesce(f.answer_feature_id, f.feature_id)"

#: Rows of `classifications` with a frame, for every frame in which they hold, and `is_listed`.
SPREAD_ANSWERS = f"""
with recursive framed as (
    select * from classifications where frame is not null
), ended as (
    select {of("s")}, s.feature_id as owner, s.span_start,
           case when s.span_end::hugeint - s.span_start < {_LONG} then s.span_end
                else least(s.span_end, s.span_start::hugeint + {_MOST - 1}, d.frame_count)::bigint
           end as span_end
    from segments s left join {DATA_ROW} d on s.export_id = d.export_id and s.line = d.line
    where s.unit = 'frame'
), ordered as (
    select *, max(span_end) over (partition by {PLACE}, owner order by span_start, span_end
                                  rows between unbounded preceding and 1 preceding) as reached
    from ended where span_start <= span_end
), parted as (
    select *, count(*) filter (reached is null or span_start > reached) over (
        partition by {PLACE}, owner order by span_start, span_end rows unbounded preceding) as part
    from ordered
), spans as (
    select {PLACE}, owner, min(span_start) as first, max(span_end) as last
    from parted group by {PLACE}, owner, part
), owners as (
    select distinct {PLACE}, owner from spans
), below as (
    select {of("f")}, f.frame, {_NODE} as node,
           coalesce(o.owner, f.feature_id) as owner
    from framed f left join owners o on {same_place("f", "o")} and o.owner = f.answer_feature_id
    where f.depth = 0 and f.object_feature_id is null
    union
    select {of("f")}, f.frame, {_NODE}, b.owner
    from framed f join below b
    on {same_place("f", "b")} and f.frame = b.frame and f.parent_answer_feature_id = b.node
    where f.depth > 0 and f.object_feature_id is null
), owner_of as (
    select {PLACE}, frame, node, min(owner) as owner from below group by all
), owned as (
    select f.*, coalesce(f.object_feature_id, b.owner) as owner
    from framed f left join owner_of b
    on {same_place("f", "b")} and f.frame = b.frame and b.node = {_NODE}
), listed as (
    select {PLACE}, owner, frame from owned
    union select {PLACE}, feature_id, frame from framed where depth = 0 and object_feature_id is null
    union select {PLACE}, feature_id, frame from objects where frame is not null
), held as (
    select {of("s")}, s.owner, l.frame,
           case when row_number() over in_span = 1 then s.first else l.frame end as first,
           coalesce(lead(l.frame) over in_span - 1, s.last) as last
    from spans s join listed l
    on {same_place("s", "l")} and s.owner = l.owner and l.frame between s.first and s.last
    window in_span as (partition by {of("s")}, s.owner, s.first order by l.frame)
), unlisted as (
    select s.* from spans s left join listed l
    on {same_place("s", "l")} and s.owner = l.owner and l.frame between s.first and s.last
    where l.owner is null
), options as (
    select * from owned where owner = answer_feature_id and depth = 0 and object_feature_id is null
    qualify frame = min(frame) over (partition by {PLACE}, owner)
), shown as (
    select o.*, unnest(generate_series(coalesce(h.first, o.frame), coalesce(h.last, o.frame))) as held_in
    from owned o left join held h
    on {same_place("o", "h")} and o.owner = h.owner and o.frame = h.frame
    union all by name
    select o.*, unnest(generate_series(u.first, u.last)) as held_in
    from options o join unlisted u on {same_place("o", "u")} and o.owner = u.owner
)
select * exclude (owner, held_in) replace (held_in as frame), frame = held_in as is_listed from shown
"""  # noqa: S608 - nothing in it comes from outside

#: One row per answer and frame.
ANSWERS_BY_FRAME = f"""
select a.data_row_id, d.global_key, d.external_id, a.project_id, a.label_id, a.label_index, a.origin, a.plane,
       a.frame, a.is_listed, a.object_feature_id, a.parent_answer_feature_id, a.depth, a.position,
       a.feature_id, a.feature_schema_id, a.name, a.value, a.answer_type, a.answer_position,
       a.answer_feature_id, a.answer_feature_schema_id, a.answer_name, a.answer_value, a.text, a.answer_path,
       a.answer_confidence, a.export_id, a.line
from ({SPREAD_ANSWERS}) a left join {DATA_ROW} d using (export_id, line)
"""  # noqa: S608 - nothing in it comes from outside
