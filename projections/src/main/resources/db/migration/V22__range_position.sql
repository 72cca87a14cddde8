-- Up to where each range of slices is projected. Whoever projects a page moves it from where the page begins to where it ends, or fails, within
-- the page's transaction: whoever goes on from a position that is no longer stored can't pass over rows that nobody has projected.
--
-- pekko-projection stores the same position in a table of its own, whatever stands there: that one is not read. Whoever empties the read
-- models empties both, and entity_progress.
create table range_position (
  slices   text collate "C" primary key,
  position text collate "C" not null
) with (fillfactor = 50);

insert into range_position (slices, position)
select projection_key, current_offset from pekko_projection_offset_store where projection_name = 'read-models';
