"""`convgrade similar`: pairs of submissions that are closer than released code explains; no score is changed."""
