"""Views: the queries that most people write first, over the tables of a lake.

Gives the SQL of each view and the tables that it reads.
"""

from __future__ import annotations

from dataclasses import dataclass

from exportkit.lake_views.answers_by_frame import ANSWERS_BY_FRAME
from exportkit.lake_views.places import DATA_ROW, PLACE, of, same_place

__all__ = ["VIEWS", "View"]


@dataclass(frozen=True, slots=True)
class View:
    """One view: its tables and its SQL; the SQL is empty where it depends on what the tables hold."""

    tables: tuple[str, ...]
    sql: str


_BOXES = f"""
select o.data_row_id, d.global_key, d.external_id, o.project_id, o.label_id, o.label_index, o.origin,
       o.plane, o.frame, o.position, o.feature_id, o.feature_schema_id, o.name, o.annotation_kind,
       o.confidence, o.page_number, o.coordinate_unit, o.bbox_left, o.bbox_top, o.bbox_width, o.bbox_height,
       o.bbox_left + o.bbox_width as bbox_right, o.bbox_top + o.bbox_height as bbox_bottom,
       case o.coordinate_unit when 'px' then d.width when 'pt' then o.page_width end as asset_width,
       case o.coordinate_unit when 'px' then d.height when 'pt' then o.page_height end as asset_height,
       o.bbox_left / nullif(asset_width, 0) as left_fraction,
       o.bbox_top / nullif(asset_height, 0) as top_fraction,
       o.bbox_width / nullif(asset_width, 0) as width_fraction,
       o.bbox_height / nullif(asset_height, 0) as height_fraction,
       o.export_id, o.line
from objects o left join {DATA_ROW} d using (export_id, line)
where o.bbox_left is not null
"""  # noqa: S608 - nothing in it comes from outside

_SHOWN = f"data_row_id, project_id, label_id, origin, {PLACE}"
_MOMENT = "coalesce(c.frame, c.timestamp_ms)"
_UNIT = "case when c.frame is null and c.timestamp_ms is not null then 'ms' else 'frame' end"
_IN_TIME = f"{_MOMENT} is not null and c.depth = 0 and c.object_feature_id is null"

# One row for each frame, moment or span in which a feature is listed. Spans and key frames name objects,
# questions and answers; a question without spans of its own has those of its answers.
_LISTED = f"""
    with named as (
        select {PLACE}, feature_id from segments union select {PLACE}, feature_id from key_frames
    )
    select {_SHOWN}, feature_id, 'object' as feature, name, null as question, annotation_kind,
           'frame' as unit, frame as first, frame as last, frame as listed,
           null as span, null as answer_span, false as is_key
    from objects where frame is not null and feature_id is not null
    union all
    select {of("c", _SHOWN)}, c.feature_id, 'classification', c.name, null, null, {_UNIT},
           {_MOMENT}, {_MOMENT}, {_MOMENT}, null, null, false
    from classifications c left join named n on {same_place("c", "n")} and n.feature_id = c.feature_id
    where c.feature_id is not null and (n.feature_id is not null or {_IN_TIME})
    union all
    select {of("c", _SHOWN)}, c.answer_feature_id, 'answer', coalesce(c.answer_name, c.answer_value),
           c.name, null, {_UNIT}, {_MOMENT}, {_MOMENT}, {_MOMENT}, null, null, false
    from classifications c join named n on {same_place("c", "n")} and n.feature_id = c.answer_feature_id
    union all
    select {of("c", _SHOWN)}, c.feature_id, 'classification', null, null, null, s.unit,
           s.span_start, s.span_end, null, null, {{'start': s.span_start, 'end': s.span_end}}, false
    from classifications c join segments s on {same_place("c", "s")} and s.feature_id = c.answer_feature_id
    where c.feature_id is not null and {_IN_TIME}
    union all
    select {_SHOWN}, feature_id, null, null, null, null, unit, span_start, span_end,
           null, position, null, false from segments
    union all
    select {_SHOWN}, feature_id, null, null, null, null, 'frame', null, null,
           frame, null, null, is_key_frame from key_frames
"""  # noqa: S608 - nothing in it comes from outside

_TRACKS = f"""
with tracks as (
    select any_value(data_row_id) as data_row_id, any_value(project_id) as project_id,
           any_value(label_id) as label_id, label_index, any_value(origin) as origin, plane, feature_id,
           max(feature) as feature, arg_max(name, feature) as name, arg_max(question, feature) as question,
           any_value(annotation_kind) as annotation_kind,
           min(first) filter (unit = 'frame') as first_frame, max(last) filter (unit = 'frame') as last_frame,
           min(first) filter (unit = 'ms') as first_ms, max(last) filter (unit = 'ms') as last_ms,
           coalesce(nullif(count(distinct span), 0), count(distinct answer_span)) as spans,
           count(distinct listed) filter (unit = 'frame' and feature is not null) as listed_frames,
           count(distinct listed) filter (is_key) as key_frames, export_id, line
    from ({_LISTED}) group by export_id, line, label_index, plane, feature_id
)
select t.data_row_id, d.global_key, d.external_id, t.* exclude (data_row_id, export_id, line), d.frame_rate,
       coalesce((first_frame::double - 1) / nullif(d.frame_rate, 0), first_ms / 1000) as start_seconds,
       coalesce(last_frame / nullif(d.frame_rate, 0), last_ms / 1000) as end_seconds,
       coalesce((last_frame::double - first_frame + 1) / nullif(d.frame_rate, 0),
                (last_ms::double - first_ms) / 1000) as seconds,
       t.export_id, t.line
from tracks t left join {DATA_ROW} d using (export_id, line)
"""  # noqa: S608 - nothing in it comes from outside

_LABEL_TIMES = f"""
with found as (
    select export_id, line, label_index, count(distinct feature_id) as objects from objects group by all
), answered as (
    select export_id, line, label_index, count(distinct coalesce(answer_feature_id, feature_id)) as answers
    from classifications where answer_type is not null group by all
)
select l.data_row_id, d.global_key, d.external_id, l.project_id, l.label_id, l.label_index,
       l.origin, l.created_by, l.created_at, l.updated_at, l.skipped,
       l.seconds_to_create, l.seconds_to_label, l.seconds_to_review, l.seconds_to_rework,
       coalesce(l.seconds_total, l.seconds_to_create) as seconds,
       coalesce(found.objects, 0) as objects, coalesce(answered.answers, 0) as answers,
       seconds / nullif(coalesce(found.objects, 0), 0) as seconds_per_object, l.export_id, l.line
from labels l
left join found using (export_id, line, label_index)
left join answered using (export_id, line, label_index)
left join {DATA_ROW} d using (export_id, line)
"""  # noqa: S608 - nothing in it comes from outside

_ANSWERING = ("classifications", "objects", "segments", "data_rows")

#: Every view by name.
VIEWS: dict[str, View] = {
    "boxes": View(("objects", "data_rows"), _BOXES),
    "answers_wide": View(_ANSWERING, ""),
    "answers_by_frame": View(_ANSWERING, ANSWERS_BY_FRAME),
    "tracks": View(("objects", "classifications", "segments", "key_frames", "data_rows"), _TRACKS),
    "label_times": View(("labels", "objects", "classifications", "data_rows"), _LABEL_TIMES),
}
