"""`convgrade similar`: submissions that are more similar than the released code explains; no score is changed."""
