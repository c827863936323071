-- `maskline rebuild` puts a new table in the place of an old one, and statements wait while it does. A stable function reads as of
-- when the statement that calls it began: one that had waited did not find the rows that had come into the new table last, so that a
-- command was told that its interaction is not there. A volatile one looks anew after its wait. It may thus see rows that are newer
-- than the stream beside them, and append takes no decision on a version that has passed.
alter function maskline.rows_of(int, text, text) volatile;
alter function maskline.children_of(int, text, text, jsonb) volatile;
alter function maskline.pick_numbers(int[], text[], text[], text[], text[], text[], text[], jsonb[], boolean[]) volatile;
