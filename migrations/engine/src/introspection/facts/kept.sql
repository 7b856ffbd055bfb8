-- Not a property: an index that is not read again.
SELECT 'kept', name, '', kind FROM named JOIN kept USING (oid)
